/** How a filter compares a hash key or a sort key with its pattern, byte by byte. An empty pattern matches all. */
export enum FilterType {
  /** Everything passes; there is no pattern. */
  NoFilter = 0,
  /** The pattern occurs somewhere in the key. */
  MatchAnywhere = 1,
  /** The key starts with the pattern. On sort keys this also narrows the range that the server reads. */
  MatchPrefix = 2,
  /** The key ends with the pattern. */
  MatchPostfix = 3,
}
