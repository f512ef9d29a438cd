/** Part of a pattern: an address as reports write one; without quotes, brackets and blanks. */
export const ADDRESS = String.raw`[^\s<>()[\]"',;:@=|&]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])`

const ANY = new RegExp(ADDRESS, 'giu')

/** Every address of a text, in its order. */
export const findAddresses = (text: string): string[] => text.match(ANY) ?? []

/** Addresses are compared without case. */
export const isSameAddress = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase()
