import type { Deps } from '../core/deps.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { topicsText } from '../subscribers/topics-text.ts'
import { openManage } from './account-link.ts'

/** The topics of whoever holds a manage link, as a text. Throws link.*. */
export async function topicsFile(deps: Deps, token: string): Promise<string> {
  const { id } = await openManage(deps, token)
  return topicsText(await topicsOf(deps.db, id))
}
