// What rescales pictures by their training set: mean and standard deviation of each channel, or a mean image.
#pragma once
#include "image/crop/crop.hpp"
#include "learn/data/cell_images.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/run/train_options.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::learn {

// Of the training pictures as they are, not augmented, of `size`: all fields, or at most 20,000 cells, evenly
// spread. The same bits for any number of ranks. Throws the same Error on all ranks: pixels that cannot be
// read, pictures without any difference. Collective: yes.
image::PictureStatistics picture_statistics(const mpi::Communicator& comm, const TrainingPlan& plan,
                                            const CellImages& images, image::PictureSize size,
                                            image::CropNormalization how);

// As the options want it, with the statistics that it takes. Collective: yes.
image::Rescaling training_rescaling(const mpi::Communicator& comm, const TrainingPlan& plan,
                                    const CellImages& images, const TrainOptions& options,
                                    image::PictureSize size);

}  // namespace cytoscale::learn
