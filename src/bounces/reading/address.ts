/** Pattern source for an address in a report, without quotes, brackets and spaces. */
export const ADDRESS = String.raw`[^\s<>()[\]"',;:@=|&]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])`

const ANY = new RegExp(ADDRESS, 'giu')

/** All addresses of a text, in order. */
export const findAddresses = (text: string): string[] => text.match(ANY) ?? []

/** Compares addresses without regard to case. */
export const isSameAddress = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase()
