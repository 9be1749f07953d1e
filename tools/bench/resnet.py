"""ResNet18 as the peers have it, up to a layer as Caicedo et al. 2018 name them, and captured steps."""
import torch
from torch import nn

WIDTHS = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
BLOCKS = {"conv4a": 5, "pool5": 8}


def convolution(normalized):
    def made(from_, to, kernel, stride):
        plain = nn.Conv2d(from_, to, kernel, stride, kernel // 2, bias=not normalized)
        return nn.Sequential(plain, nn.BatchNorm2d(to)) if normalized else plain
    return made


class Block(nn.Module):
    def __init__(self, make, from_, to, stride):
        super().__init__()
        self.first, self.second = make(from_, to, 3, stride), make(to, to, 3, 1)
        self.skip = make(from_, to, 1, stride) if stride > 1 or from_ != to else nn.Identity()

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + self.skip(x))


def network(channels, layer, labels=0, normalized=None):
    """With batch normalization where it has labels to learn, or as told; else merged into the convolutions."""
    make = convolution(labels > 0 if normalized is None else normalized)
    blocks = [Block(make, *width) for width in WIDTHS[:BLOCKS[layer]]]
    parts = [make(channels, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    if labels:
        parts.append(nn.Linear(WIDTHS[BLOCKS[layer] - 1][1], labels))
    return nn.Sequential(*parts)


def features_of(layer):
    return WIDTHS[BLOCKS[layer] - 1][1]


def captured(step):
    """The same work as one CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay
