import type { Deps } from '../core/deps.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { formatTopicsText } from '../subscribers/topics-text.ts'
import { subscriberByManageLink } from './account-link.ts'

/** The topics of the holder of a manage link, as a text. Throws link.*. */
export async function topicsFile(deps: Deps, token: string): Promise<string> {
  const { id } = await subscriberByManageLink(deps, token)
  return formatTopicsText(await topicsOf(deps.db, id))
}
