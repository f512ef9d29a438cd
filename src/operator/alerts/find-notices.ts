import type { Deps } from '../../core/deps.ts'
import type { Notice, NoticeValues } from './notice.repo.ts'
import { addNotice, endNotice, lastingNotices } from './notice.repo.ts'
import { findTroubles, TROUBLE_KINDS } from './troubles.ts'
import { addWeek } from './week.ts'

/**
 * Writes down, once each, what the operator must hear of: what is wrong, what is not wrong any more, and how the week
 * was. Any number of processes may look at the same time.
 */
export async function findNotices(deps: Deps): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const found = await findTroubles(deps)
  for (const { kind, key, values } of found) {
    const isNew = await addNotice(db, { kind, key, at, values })
    if (isNew)
      log.warn('notice.raised', { ...named({ kind, key, values }), ...(isOfDomain(values) ? {} : values) })
  }
  const lasts = new Set(found.map(({ kind, key }) => `${kind} ${key}`))
  for (const { id, kind, key, told, values } of await lastingNotices(db, TROUBLE_KINDS)) {
    if (lasts.has(`${kind} ${key}`) || !(await endNotice(db, id, at))) continue
    log.info('notice.over', named({ kind, key, values }))
    // What nobody was told of yet says itself that it is over.
    const overValues = { ...values, kind, over: at.toISOString() }
    if (told) await addNotice(db, { kind: 'over', key: `${kind} ${key}`, at, values: overValues })
  }
  await addWeek(deps)
}

/** A domain may be a person's: its name stands in the mail and in `delivery status`, not in the log. */
const isOfDomain = (values: NoticeValues): boolean => values.what === 'domain-held'

const named = ({ kind, key, values }: Pick<Notice, 'kind' | 'key' | 'values'>) =>
  isOfDomain(values) ? { kind, what: values.what } : { kind, key }
