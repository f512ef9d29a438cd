import { subscriberById } from '../../subscribers/subscriber-store.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'
import { unaskedAfter } from '../../subscribers/unasked-store.ts'
import type { Deps } from '../../wiring.ts'
import { ask } from '../signup/ask.ts'

const PAGE = 500

/**
 * Asks, by mail, every pending subscriber whom an import brought and nobody asked yet; each is done for good before the
 * next one, so that another run goes on. Returns to how many a mail goes.
 */
export async function askImported(deps: Deps): Promise<number> {
  let mails = 0
  let after = ''
  for (;;) {
    const ids = await unaskedAfter(deps.db, { after, most: PAGE })
    for (const id of ids) mails += (await askOne(deps, id)) ? 1 : 0
    if (ids.length < PAGE) return mails
    after = ids.at(-1)!
  }
}

async function askOne(deps: Deps, id: string): Promise<boolean> {
  const subscriber = await subscriberById(deps.db, id)
  if (!subscriber) return false
  const { address, addressKey: key, zone, hour, days, maxPapers, format, detail } = subscriber
  const wish = {
    topics: await topicsOf(deps.db, id),
    zone,
    hour,
    days,
    maxPapers,
    format,
    detail,
  }
  const { mail } = await ask(deps, { address: { address, key }, wish, how: 'import' })
  return mail !== null
}
