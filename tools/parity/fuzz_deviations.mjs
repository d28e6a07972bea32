// The classes of inputs in which ours is stricter than Node: each names a row of docs/deviations.md.

const rows = [];

/// Returns the row that explains why ours and Node's results differ, if any does.
export function classify(input, node, ours) {
  return rows.find((r) => r.explains(input, node, ours))?.row;
}
