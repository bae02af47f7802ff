/** How a filter compares a hash key or a sort key with its pattern, byte by byte. An empty pattern matches every key. */
export enum FilterType {
  /** No filter: every key passes. There is no pattern. */
  NoFilter = 0,
  /** The key contains the pattern. */
  MatchAnywhere = 1,
  /** The key starts with the pattern. On sort keys, this also narrows the range that the server reads. */
  MatchPrefix = 2,
  /** The key ends with the pattern. */
  MatchPostfix = 3,
}

/**
 * The condition that a conditional write checks. `ValueMatch…` and `ValueBytes…` compare the value with the operand
 * byte by byte, each byte a number from 0 to 255. `ValueInt…` read both as integers. When the row does not exist, only
 * {@link CheckType.NoCheck}, {@link CheckType.ValueNotExist} and {@link CheckType.ValueNotExistOrEmpty} pass.
 */
export enum CheckType {
  /** Always passes. */
  NoCheck = 0,
  /** The row does not exist. */
  ValueNotExist = 1,
  /** The row does not exist, or its value is empty. */
  ValueNotExistOrEmpty = 2,
  /** The row exists; its value may be empty. */
  ValueExist = 3,
  /** The row exists, and its value is not empty. */
  ValueNotEmpty = 4,
  /** The value contains the operand. An empty operand is contained in every value. */
  ValueMatchAnywhere = 5,
  /** The value starts with the operand. */
  ValueMatchPrefix = 6,
  /** The value ends with the operand. */
  ValueMatchPostfix = 7,
  /** The value is less than the operand. */
  ValueBytesLess = 8,
  /** The value is less than or equal to the operand. */
  ValueBytesLessOrEqual = 9,
  /** The value is equal to the operand. */
  ValueBytesEqual = 10,
  /** The value is greater than or equal to the operand. */
  ValueBytesGreaterOrEqual = 11,
  /** The value is greater than the operand. */
  ValueBytesGreater = 12,
  /** The value, read as an integer, is less than the operand. */
  ValueIntLess = 13,
  /** The value, read as an integer, is less than or equal to the operand. */
  ValueIntLessOrEqual = 14,
  /** The value, read as an integer, is equal to the operand: `10` and `0xa` are equal. */
  ValueIntEqual = 15,
  /** The value, read as an integer, is greater than or equal to the operand. */
  ValueIntGreaterOrEqual = 16,
  /** The value, read as an integer, is greater than the operand. */
  ValueIntGreater = 17,
}

/** The state of a table. */
export enum TableStatus {
  /** The table is ready for use. */
  Available = 1,
  /** The table is being created. */
  Creating = 2,
  /** Unused by current servers. */
  CreateFailed = 3,
  /** The table is being dropped. */
  Dropping = 4,
  /** Unused by current servers. */
  DropFailed = 5,
  /** The table was dropped. It may still be possible to recall it. */
  Dropped = 6,
  /** The table is being recalled. */
  Recalling = 7,
}

/** The state of a replica server. */
export enum NodeStatus {
  /** The meta server receives heartbeats from it. */
  Alive = 1,
  /** The meta server receives no heartbeats from it. */
  Unalive = 2,
}
