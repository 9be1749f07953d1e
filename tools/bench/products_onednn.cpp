#include <omp.h>

#include <dnnl.hpp>
#include <memory>

#include "core/threads/worker_pool.hpp"
#include "flops.hpp"

namespace cytoscale::bench {
namespace {

constexpr dnnl::memory::dim side = 1024;

// Matrices of one thread, in the layouts that oneDNN likes best.
class Product {
 public:
  explicit Product(network::Precision precision) {
    using dnnl::memory;
    const auto type =
        precision == network::Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
    const auto any = memory::format_tag::any;
    const dnnl::matmul::desc desc({{side, side}, type, any}, {{side, side}, type, any},
                                  {{side, side}, memory::data_type::f32, memory::format_tag::ab});
    const dnnl::matmul::primitive_desc chosen(desc, engine_);
    product_ = dnnl::matmul(chosen);
    for (const auto& [name, layout] : {std::pair{DNNL_ARG_SRC, chosen.src_desc()},
                                       {DNNL_ARG_WEIGHTS, chosen.weights_desc()},
                                       {DNNL_ARG_DST, chosen.dst_desc()}}) {
      matrices_.emplace(name, memory(layout, engine_));
      std::fill_n(static_cast<char*>(matrices_[name].get_data_handle()), layout.get_size(), char(0));
    }
  }
  void run() {
    product_.execute(stream_, matrices_);
    stream_.wait();
  }

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::matmul product_;
  std::unordered_map<int, dnnl::memory> matrices_;
};

}  // namespace

MatrixProducts onednn_products(network::Precision precision, int threads) {
  constexpr int each = 8;
  auto pool = std::make_shared<WorkerPool>(threads, [] { omp_set_num_threads(1); });
  auto products = std::make_shared<std::vector<Product>>();
  for (int i = 0; i < threads; ++i) products->emplace_back(precision);
  return {"oneDNN", 2.0 * side * side * side * each * threads, [pool, products] {
            pool->run(products->size(), [&](std::size_t i, int) {
              for (int k = 0; k < each; ++k) (*products)[i].run();
            });
          }};
}

}  // namespace cytoscale::bench
