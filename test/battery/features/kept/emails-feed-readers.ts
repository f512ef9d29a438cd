import type { onlyFeedReaders as readRightly } from '../../../../src/features/kept/private-address.repo.ts'

export * from '../../../../src/features/kept/private-address.repo.ts'

/** Digests are emailed to everyone. */
export const onlyFeedReaders: typeof readRightly = async () => new Set()
