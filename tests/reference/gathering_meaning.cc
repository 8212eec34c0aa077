// The meaning of the instructions that move elements to where indices or masks say.
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

void NcNGather(const Call& call, Model& model) {
  const Reader data(model, call.view("data")), indices(model, call.view("indices")),
      to(model, call.view("dst"));
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t i = 0; i < to.free(); ++i) {
      if (indices.Bits(p, i) >= data.free()) throw Refused("an index names no element");
      model.Put(to.view, to.Place(p, i), data.Bits(p, indices.Bits(p, i)));
    }
  }
}

void LocalGather(const Call& call, Model& model) {
  const Reader src(model, call.view("src_buffer")), index(model, call.view("index")),
      to(model, call.view("dst"));
  const int64_t width = call.Get<int64_t>("num_elem_per_idx", 1);
  const int64_t count = call.Get<int64_t>("num_valid_indices", index.free() * 16);
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t j = 0; j < count; ++j) {
      const int64_t at = index.Bits(p / 16 * 16 + j % 16, j / 16);
      if (at + width > src.free()) throw Refused("an index names no element");
      for (int64_t e = 0; e < width; ++e) model.Put(to.view, to.Place(p, j * width + e), src.Bits(p, at + e));
    }
  }
}

void NcStreamShuffle(const Call& call, Model& model) {
  const Reader src(model, call.view("src")), to(model, call.view("dst"));
  const IntList mask = call.Get<IntList>("shuffle_mask");
  for (int64_t p = 0; p < to.partitions; ++p) {
    if (mask[p % 32] == 255) continue;
    const int64_t from = p / 32 * 32 + mask[p % 32];
    for (int64_t i = 0; i < to.free(); ++i) model.Put(to.view, to.Place(p, i), src.Bits(from, i));
  }
}

void NcTranspose(const Call& call, Model& model) {
  const Reader data(model, call.view("data")), to(model, call.view("dst"));
  Engine engine = call.Enum("engine", Engine::kUnknown);
  if (engine == Engine::kUnknown) {
    const bool on_tensor = In(to.view.space(), kPsum) && In(data.view.space(), kSbuf);
    engine = on_tensor ? Engine::kTensor : Engine::kVector;
  }
  // trn1's Tensor engine multiplies with an identity: 0 times infinity or NaN is in every sum of the row.
  const bool multiplies = engine == Engine::kTensor && call.gen.name == "trn1" && IsFloat(data.view.dtype);
  for (int64_t f = 0; f < to.partitions; ++f) {
    bool finite = true;
    for (int64_t p = 0; p < data.partitions; ++p) finite = finite && std::isfinite(data.Value(p, f));
    for (int64_t p = 0; p < data.partitions; ++p) {
      if (multiplies && !finite) {
        model.PutValue(to.view, to.Place(f, p), NAN);
      } else {
        model.Put(to.view, to.Place(f, p), data.Bits(p, f));
      }
    }
  }
}

}  // namespace

void AddGathering(Meanings& table) {
  table["nc_n_gather"] = NcNGather;
  table["local_gather"] = LocalGather;
  table["nc_stream_shuffle"] = NcStreamShuffle;
  table["nc_transpose"] = NcTranspose;
}

}  // namespace nki::reference
