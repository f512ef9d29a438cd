/** One item for each key: the last of them, in the place of the first. */
export const distinctBy = <T>(items: readonly T[], keyOf: (item: T) => unknown): T[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
]
