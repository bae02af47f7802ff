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

/**
 * What a conditional write asks of the row that it checks. `ValueMatch…` and `ValueBytes…` compare the value with
 * the operand byte by byte, a byte being 0 to 255; `ValueInt…` read both as integers. A row that is not there
 * passes {@link CheckType.NoCheck}, {@link CheckType.ValueNotExist} and {@link CheckType.ValueNotExistOrEmpty} only.
 */
export enum CheckType {
  /** Passes always. */
  NoCheck = 0,
  /** There is no such row. */
  ValueNotExist = 1,
  /** There is no such row, or its value is empty. */
  ValueNotExistOrEmpty = 2,
  /** There is such a row; its value may be empty. */
  ValueExist = 3,
  /** There is such a row, and its value is not empty. */
  ValueNotEmpty = 4,
  /** The operand occurs somewhere in the value; an empty one occurs in every value. */
  ValueMatchAnywhere = 5,
  /** The value starts with the operand. */
  ValueMatchPrefix = 6,
  /** The value ends with the operand. */
  ValueMatchPostfix = 7,
  /** The value is less than the operand. */
  ValueBytesLess = 8,
  /** The value is the operand or less. */
  ValueBytesLessOrEqual = 9,
  /** The value is the operand. */
  ValueBytesEqual = 10,
  /** The value is the operand or greater. */
  ValueBytesGreaterOrEqual = 11,
  /** The value is greater than the operand. */
  ValueBytesGreater = 12,
  /** The value, an integer, is less than the operand. */
  ValueIntLess = 13,
  /** The value, an integer, is the operand or less. */
  ValueIntLessOrEqual = 14,
  /** The value, an integer, is the operand: `10` and `0xa` are the same one. */
  ValueIntEqual = 15,
  /** The value, an integer, is the operand or greater. */
  ValueIntGreaterOrEqual = 16,
  /** The value, an integer, is greater than the operand. */
  ValueIntGreater = 17,
}

/** The state of a table. */
export enum TableStatus {
  /** It can be used. */
  Available = 1,
  /** It is being created. */
  Creating = 2,
  /** No longer used by servers. */
  CreateFailed = 3,
  /** It is being dropped. */
  Dropping = 4,
  /** No longer used by servers. */
  DropFailed = 5,
  /** It was dropped, and can perhaps be recalled. */
  Dropped = 6,
  /** It is being recalled. */
  Recalling = 7,
}

/** The state of a replica server. */
export enum NodeStatus {
  /** The meta server hears from it. */
  Alive = 1,
  /** The meta server does not. */
  Unalive = 2,
}
