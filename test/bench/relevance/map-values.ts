/** A record with the same keys. */
export const mapValues = <Key extends string, Value, Result>(
  record: Record<Key, Value>,
  toResult: (value: Value, key: Key) => Result,
): Record<Key, Result> =>
  Object.fromEntries(
    (Object.entries(record) as [Key, Value][]).map(([key, value]) => [key, toResult(value, key)]),
  ) as Record<Key, Result>
