import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { pauseIfRestored } from '../../core/restored-database.ts'
import { allChannels, replaceTarget } from './channel.repo.ts'
import type { LabChannel } from './channel.ts'
import { planPost } from './plan-post.ts'
import { sendOpenPosts } from './send-post.ts'
import { openTarget, sealTarget } from './target.ts'

const CHANNELS_AT_ONCE = 4

/**
 * Posts to each channel what is due. Any number of processes may run it. Nothing is posted with SENDING=off, and while a
 * restored database waits for the operator: it does not know what was posted since. If a channel fails, the others are
 * posted, and then this throws.
 */
export async function postToChannels(deps: Deps, { signal }: { signal: AbortSignal }): Promise<void> {
  const channels = await allChannels(deps.db)
  if (channels.length === 0 || deps.config.SENDING === 'off' || (await pauseIfRestored(deps))) return
  let failure: unknown
  const waiting = channels.values()
  const work = async () => {
    for (const channel of waiting) {
      if (signal.aborted) return
      await postToChannel(deps, channel).catch((error) => {
        failure ??= error
        deps.log.error('channel.failed', { channel: channel.name, ...errorFields(error) })
      })
    }
  }
  await Promise.all(Array.from({ length: CHANNELS_AT_ONCE }, work))
  if (failure !== undefined) throw failure
}

async function postToChannel(deps: Deps, channel: LabChannel): Promise<void> {
  const opened = openTarget(deps.config, channel)
  // The secret that encrypted it may soon be gone.
  if (opened?.isOld) await replaceTarget(deps.db, channel, sealTarget(deps.config, channel.id, opened.target))
  // The post of an earlier date ends first, so that its papers are free again if it was not posted.
  await sendOpenPosts(deps, channel)
  await planPost(deps, channel)
  await sendOpenPosts(deps, channel)
}
