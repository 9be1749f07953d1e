# torch.compile: minutes of compiling, so it comes late.
. "$here/steps/peer.sh"
peer compile 100
