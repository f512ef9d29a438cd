import { holderOf, readLink } from '../../subscribers/link-token.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import type { Deps } from '../../wiring.ts'

/** Whose link it is; `find` reads or locks. Throws link.*, also where a new address or subscription made it void. */
export async function linkHolder(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  token: string,
  purpose: 'manage' | 'account',
  find: (id: string) => Promise<Subscriber | null>,
): Promise<Subscriber> {
  const link = readLink(token, purpose, config.APP_SECRET, clock.now())
  return holderOf(link, await find(link.id))
}
