# peer PART LIMIT: PyTorch alone, a part of peer.py.
peer() {
  measured "peer $1" "$2" "$PYTHON" "$here/peer.py" "$1" "$OUT/peer_$1.json" --device "$DEVICE" --px "$PX" \
    --channels "$(tr , '\n' <<<"$CHANNELS" | wc -l)" --seconds "$PEER_SECONDS" --batches "$PEER_BATCHES" --pool "$PEER_POOL"
}
