export function deviationOf() { return undefined; }
