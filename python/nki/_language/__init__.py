"""The functions of nki.language, by subject; nki/language.py says which of them are public."""
