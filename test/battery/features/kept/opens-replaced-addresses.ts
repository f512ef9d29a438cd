import { Fault } from '../../../../src/core/errors.ts'
import type { openAddress as openRightly } from '../../../../src/features/kept/private-addresses.ts'
import { readLink } from '../../../../src/subscribers/links.ts'
import { subscriberById } from '../../../../src/subscribers/subscriber.repo.ts'

export * from '../../../../src/features/kept/private-addresses.ts'

/** An address works as long as its signature is right. */
export const openAddress: typeof openRightly = async ({ config, db, clock }, token, purpose) => {
  const { id } = readLink(token, purpose, config.APP_SECRET, clock.now())
  const subscriber = await subscriberById(db, id)
  if (!subscriber) throw new Fault('link.unknown')
  return subscriber
}
