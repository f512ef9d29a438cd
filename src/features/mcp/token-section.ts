import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dateWithYear } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import type { PageSection } from '../../web/page-parts.ts'
import { agentTokensOf } from './agent-token.repo.ts'
import { MAX_TOKENS } from './agent-tokens.ts'

const FILE = new URL('./tokens.eta', import.meta.url)

/** The tokens of a subscriber on their manage page, and the form for another one. */
export async function tokenSection(
  deps: Deps,
  { subscriber, token }: { subscriber: Subscriber; token: string },
): Promise<PageSection> {
  const tokens = await agentTokensOf(deps.db, subscriber)
  const { used, unused, full } = words.mcp.tokens
  const rows = tokens.map(({ id, name, lastUsed }) => ({
    id,
    name,
    used: lastUsed ? fill(used, { day: dateWithYear(dayOf(lastUsed)) }) : unused,
  }))
  const isFull = tokens.length >= MAX_TOKENS
  const path = `/manage/${token}/agents`
  return { file: FILE, data: { path, rows, full: isFull ? fill(full, { most: MAX_TOKENS }) : '' } }
}
