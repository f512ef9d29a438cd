import * as real from '../../../../src/features/channels/post.repo.ts'

export * from '../../../../src/features/channels/post.repo.ts'

/** Records a post as posted when it is taken. */
export const takePost: typeof real.takePost = async (db, post, lease) => {
  const taken = await real.takePost(db, post, lease)
  if (taken) await real.recordPosted(db, taken, { reason: '', now: lease.now })
  return taken
}
