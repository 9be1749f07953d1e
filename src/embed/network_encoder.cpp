#include <algorithm>
#include <functional>
#include <limits>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "embed/torch_encoder_torch.hpp"
#include "image/size_text.hpp"
#include "network/torch/network_torch.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::embed {
namespace {

// What is computed of a tile, and the names of it.
struct Task {
  std::function<torch::Tensor(network::Network&, const torch::Tensor&)> work;
  std::vector<std::string> names, layers;
  bool gradients = false;  // go back through the network
};

Task features_task(const network::NetworkSpec& spec, const std::vector<network::LayerInfo>& layers) {
  Task task;
  std::vector<std::string> layer_names;
  for (const auto& layer : layers) {
    layer_names.push_back(layer.name);
    task.layers.insert(task.layers.end(), static_cast<std::size_t>(layer.dims), layer.name);
  }
  task.names = network::feature_names_of(spec, layers);
  task.work = [layer_names](network::Network& network, const torch::Tensor& crops) {
    return torch::cat(network.features(crops, layer_names), 1);
  };
  return task;
}

torch::Tensor probabilities_of(const torch::Tensor& logits, bool several_labels) {
  return several_labels ? torch::sigmoid(logits) : torch::softmax(logits, 1);
}

// Probabilities of the labels; then, if asked for, the places of each label's map, row by row.
Task classes_task(const network::Model& model, image::PictureSize size, bool maps) {
  const auto& info = model.info;
  const auto where = model.path.string();
  if (info.spec.classes == 0 || info.labels.size() != static_cast<std::size_t>(info.spec.classes))
    throw Error("the model names no labels to predict", where,
                "Give a model that `cytoscale train` wrote, and not with --regularizer rnn");
  if (maps && !network::is_field_network(info.spec.architecture))
    throw Error(info.spec.architecture + " makes no map for a label", where,
                "Leave --maps out, or train one of: mil_cnn, wscnn4, wscnn6");
  Task task{{}, info.labels, std::vector<std::string>(info.labels.size(), "class")};
  const int rows = maps ? network::map_side(info.spec.architecture, size.height) : 0,
            columns = maps ? network::map_side(info.spec.architecture, size.width) : 0;
  for (const auto& label : info.labels)
    for (int place = 0; place < rows * columns; ++place) {
      task.names.push_back(label + "@" + std::to_string(place / columns) + "," +
                           std::to_string(place % columns));
      task.layers.push_back("map");
    }
  const bool several = info.several_labels,
             of_probabilities = network::pools_probabilities(info.spec.architecture);
  task.work = [maps, several, of_probabilities](network::Network& network, const torch::Tensor& crops) {
    if (!maps) return probabilities_of(network.classify(crops), several);
    const auto evidence = network.forward_with_evidence(crops);
    const auto places = of_probabilities ? torch::sigmoid(evidence.maps) : evidence.maps;
    return torch::cat({probabilities_of(evidence.logits, several), places.flatten(1)}, 1);
  };
  return task;
}

// The labels asked about, as 1 or 0 for each; "predicted" is told by the logits.
torch::Tensor labels_asked(const std::string& which, const std::vector<std::string>& labels,
                           const torch::Tensor& logits) {
  if (which == "all") return torch::ones_like(logits);
  if (which == "predicted") return torch::zeros_like(logits).scatter_(1, logits.argmax(1, true), 1);
  const auto at = std::find(labels.begin(), labels.end(), which) - labels.begin();
  auto asked = torch::zeros_like(logits);
  asked.select(1, at).fill_(1);
  return asked;
}

void check_evidence(const network::Model& model, image::PictureSize size, const EncoderOptions& options) {
  const auto& info = model.info;
  const auto where = model.path.string();
  const int margin = options.evidence_margin_px;
  if (margin < 0 || margin >= std::min(size.height, size.width))
    throw Error("a margin of " + std::to_string(margin) + " px around fields of " + image::size_text(size),
                "--evidence-margin", "Give 0 or more, less than the field's shorter side");
  if (margin > 0 && info.spec.pooling.kind == network::Pool::fc)
    throw Error("a network with fc takes fields of one size: no margin around them", "--evidence-margin",
                "Leave it out, or train with another --pool");
  if (!network::is_field_network(info.spec.architecture))
    throw Error(info.spec.architecture + " does not tell where its evidence is", where,
                "Train one of: mil_cnn, wscnn4, wscnn6");
  const auto& which = options.evidence;
  if (which == "predicted" || which == "all") return;
  if (std::find(info.labels.begin(), info.labels.end(), which) == info.labels.end())
    throw Error("the model knows no label '" + which + "'; it knows " + join_some(info.labels, 8), where,
                "Give one of them with --label, or: predicted, all");
}

// [N][classes][h][w]: how likely the label would be if its score were that of this one place; 0 where a
// place beside it holds more, since max pooling would not take it.
torch::Tensor chances_alone(const network::Evidence& found) {
  const auto classes = found.logits.size(1);
  const auto itself = torch::eye(classes, found.logits.options().dtype(torch::kBool));
  // Of the others alone: the sum of all less one's own is 0 in floating point where that one is much
  // likelier.
  const auto others = found.logits.unsqueeze(1)
                          .expand({-1, classes, -1})
                          .masked_fill(itself, -std::numeric_limits<float>::infinity())
                          .logsumexp(2);
  const auto greatest = torch::max_pool2d(found.maps, 3, 1, 1);
  return (found.maps == greatest) * torch::sigmoid(found.maps - others.unsqueeze(-1).unsqueeze(-1));
}

// Probabilities of the labels, then what each pixel is for the labels asked about. What is sent back starts
// with what each place of a class map holds: of a network of probabilities P_i · p_ij (Kraus et al. 2016
// eq. 5), of one of scores chances_alone(): with 1 at the greatest place alone, the class score's own
// gradient, one object of many would be seen.
Task evidence_task(const network::Model& model, image::PictureSize size, const EncoderOptions& options) {
  check_evidence(model, size, options);
  auto task = classes_task(model, size, false);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) task.names.push_back(std::to_string(y) + "," + std::to_string(x));
  task.layers.resize(task.names.size(), "evidence");
  task.gradients = true;
  const bool of_probabilities = network::pools_probabilities(model.info.spec.architecture);
  const bool rectified =
      options.evidence_kind ? options.evidence_kind == EvidenceKind::rectified : of_probabilities;
  const auto margin = options.evidence_margin_px;
  task.work = [=, several = model.info.several_labels, labels = model.info.labels, which = options.evidence](
                  network::Network& network, const torch::Tensor& fields) {
    torch::Tensor logits;
    const auto continued =
        margin > 0 ? torch::reflection_pad2d(fields, {margin, margin, margin, margin}) : fields;
    auto back = network.backpropagate_evidence(
        continued,
        [&](const network::Evidence& found) {
          logits = found.logits.detach();
          const auto asked = labels_asked(which, labels, found.logits).unsqueeze(-1).unsqueeze(-1);
          if (!of_probabilities) return asked * chances_alone(found);
          return asked * found.bags.unsqueeze(-1).unsqueeze(-1) * torch::sigmoid(found.maps);
        },
        rectified);
    if (margin > 0) {
      torch::NoGradGuard guard;
      logits = network.forward_with_evidence(fields).logits;
      back = back.narrow(2, margin, fields.size(2)).narrow(3, margin, fields.size(3));
    }
    return torch::cat({probabilities_of(logits, several), back.abs().sum(1).flatten(1)}, 1);
  };
  return task;
}

class NetworkEncoder final : public TorchEncoder {
 public:
  NetworkEncoder(std::shared_ptr<network::Network> network, Task task, const CropShape& crop,
                 const std::string& remark, const EncoderOptions& options)
      : TorchEncoder(crop, options),
        network_(std::move(network)),
        task_(std::move(task)),
        remark_(remark),
        precision_(enum_name(options.precision)) {
    network_->eval();
    network_->to(device_);
    network_->fold_norms(type());
  }

  const std::vector<std::string>& feature_names() const override { return task_.names; }
  const std::vector<std::string>& feature_layers() const override { return task_.layers; }
  std::string description() const override {
    return network_->spec().architecture + ", " + precision_ + ", " + library() +
           (remark_.empty() ? "" : "; " + remark_);
  }

 protected:
  bool needs_gradients() const override { return task_.gradients; }
  bool can_be_recorded() const override { return !task_.gradients; }
  torch::Tensor features(const torch::Tensor& crops) override {
    const auto input = crops.to(device_).to(type(), false, false, torch::MemoryFormat::ChannelsLast);
    return task_.work(*network_, input);
  }

 private:
  std::shared_ptr<network::Network> network_;
  Task task_;
  std::string remark_, precision_;
};

}  // namespace

std::unique_ptr<Encoder> make_network_encoder(const EncoderOptions& options) {
  const auto model = model_of(options);
  const auto crop = crop_shape_of(model, options);
  network::check_crop_fits(model.info.spec.architecture, crop.size.height, crop.size.width);
  auto task = !options.evidence.empty() ? evidence_task(model, crop.size, options)
              : options.classes         ? classes_task(model, crop.size, options.maps)
                                        : features_task(model.info.spec, layers_of(model.info.spec, options));
  auto network = network::make_network(model.info.spec);
  if (options.model.empty())
    network->initialize(options.seed);
  else
    network::load_weights(*network, model.weights, model.path.string());
  return std::make_unique<NetworkEncoder>(std::move(network), std::move(task), crop, model.remark, options);
}

}  // namespace cytoscale::embed
