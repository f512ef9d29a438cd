import type { linkKey as rightly } from '../../../../src/sources/rss/item-identity.ts'

export * from '../../../../src/sources/rss/item-identity.ts'

/** Ignores the page of an item: one whose title is corrected is another paper. */
export const linkKey: typeof rightly = () => undefined
