// The encoders that make_encoder() chooses from, each in a library that is loaded when it is needed.
#pragma once
#include <memory>

#include "embed/encoder.hpp"
#include "network/onednn_module.hpp"
#include "network/torch_module.hpp"

namespace cytoscale::embed {

// Both take options that validate() has passed. Throw Error as make_encoder() does.
inline constinit ModuleFunction<std::unique_ptr<Encoder>(const EncoderOptions& options)> make_torch_encoder{
    network::torch_module};
inline constinit ModuleFunction<std::unique_ptr<Encoder>(const EncoderOptions& options)> make_onednn_encoder{
    network::onednn_module};

}  // namespace cytoscale::embed
