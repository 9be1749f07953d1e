// What rescales pictures by their training set: mean and standard deviation of each channel, or a mean image.
#pragma once
#include "image/crop.hpp"
#include "learn/cell_images.hpp"
#include "learn/train_options.hpp"
#include "learn/training_plan.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale {

// Of the training pictures as they are, not augmented, of `size`: all fields, or at most 20,000 cells, evenly
// spread. The same bits for any number of ranks. Throws the same Error on all ranks: pixels that cannot be
// read, pictures without any difference. Collective: yes.
PictureStatistics picture_statistics(const Communicator& comm, const TrainingPlan& plan,
                                     const CellImages& images, PictureSize size, CropNormalisation how);

// As the options want it, with the statistics that it takes. Collective: yes.
Rescaling training_rescaling(const Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                             const TrainOptions& options, PictureSize size);

}  // namespace cytoscale
