// The choices among TrainOptions, and their words.
#pragma once
#include "core/enum_names.hpp"

namespace cytoscale::learn {

// What is learned from. Of fields and mosaics, a crop may lie anywhere in its field.
enum class Examples {
  cells,
  fields,
  mosaics,  // of four fields of a label (Sailem et al. 2017 §3.1)
};
// What validates: wells of each label, or whole plates or batches.
enum class HoldOut { replicate, plate, batch };
// Labels of one well, where wells of each are held out.
enum class SingleWells {
  error,
  drop,   // no label
  train,  // unvalidated
};
// Caicedo et al. 2018 §4.4, 4.5.
enum class RegularizerKind {
  baseline,  // a cell and its label
  mixup,     // two cells blended
  rnn,       // groups of cells
};
// What a cell to blend with is another of.
enum class MixupPartner { replicate, batch };
enum class OptimizerKind {
  adamw,
  sgd,  // Nesterov momentum
};
// Of the learning rate, after the warm-up.
enum class ScheduleKind { cosine, constant, step, plateau };

}  // namespace cytoscale::learn

template <>
struct cytoscale::EnumNames<cytoscale::learn::Examples> {
  static constexpr const char* what = "kind of example";
  static constexpr EnumName<learn::Examples> all[] = {{learn::Examples::cells, "cells"},
                                                      {learn::Examples::fields, "fields"},
                                                      {learn::Examples::mosaics, "mosaics"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::HoldOut> {
  static constexpr const char* what = "thing to hold out";
  static constexpr EnumName<learn::HoldOut> all[] = {{learn::HoldOut::replicate, "replicate"},
                                                     {learn::HoldOut::plate, "plate"},
                                                     {learn::HoldOut::batch, "batch"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::SingleWells> {
  static constexpr const char* what = "way with single wells";
  static constexpr EnumName<learn::SingleWells> all[] = {{learn::SingleWells::error, "error"},
                                                         {learn::SingleWells::drop, "drop"},
                                                         {learn::SingleWells::train, "train"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::RegularizerKind> {
  static constexpr const char* what = "regularizer";
  static constexpr EnumName<learn::RegularizerKind> all[] = {{learn::RegularizerKind::baseline, "baseline"},
                                                             {learn::RegularizerKind::mixup, "mixup"},
                                                             {learn::RegularizerKind::rnn, "rnn"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::MixupPartner> {
  static constexpr const char* what = "partner of mixup";
  static constexpr EnumName<learn::MixupPartner> all[] = {{learn::MixupPartner::replicate, "replicate"},
                                                          {learn::MixupPartner::batch, "batch"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::OptimizerKind> {
  static constexpr const char* what = "optimizer";
  static constexpr EnumName<learn::OptimizerKind> all[] = {{learn::OptimizerKind::adamw, "adamw"},
                                                           {learn::OptimizerKind::sgd, "sgd"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::learn::ScheduleKind> {
  static constexpr const char* what = "schedule";
  static constexpr EnumName<learn::ScheduleKind> all[] = {{learn::ScheduleKind::cosine, "cosine"},
                                                          {learn::ScheduleKind::constant, "constant"},
                                                          {learn::ScheduleKind::step, "step"},
                                                          {learn::ScheduleKind::plateau, "plateau"}};
};
