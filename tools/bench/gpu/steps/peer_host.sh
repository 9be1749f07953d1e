# How fast the host feeds the GPU.
. "$here/steps/peer.sh"
peer host 45
