import type { Config } from '../../config.ts'
import { nameInSubject } from '../../emails/email.ts'
import { type CheckedSignup, readTypedSettings, type TypedSignup } from '../../flows/signup/read-signup.ts'
import type { Fault } from '../../platform/errors.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'
import type { Deps } from '../../wiring.ts'
import { fill, words } from '../../words/words.ts'
import { type FaultsView, faultsView } from '../faults-view.ts'
import { pairsOf, readOr } from '../setting-fields.ts'
import { meantBy, readMeant } from './meant.ts'
import { whenText } from './wish-view.ts'

/** The page after the form: what to look for, and the form for another try. */
export interface InboxView extends FaultsView {
  sender: string
  subject: string
  /** Null where the address of the page says nothing that can be read. */
  when: string | null
  /** The form again, with these settings; it keeps the topics too. */
  changePath: string
  /** The settings as fields. */
  fields: [name: string, value: string][]
  /** The domain that was probably meant. */
  meant: string | null
  email: string
}

/** Where the form leads: nothing in it tells of the person, nor whether the address is known. */
export function inboxPath({ address, wish }: CheckedSignup): string {
  const query = new URLSearchParams(pairsOf(wish))
  const meant = meantBy(address)
  if (meant) query.append('meant', meant)
  return `/check-inbox?${query}`
}

/** `typed` and `fault` are of the form for another try; `meant` counts only where it is a provider's. */
export function inboxView(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  {
    typed,
    meant,
    fault,
    reference,
  }: { typed: Partial<TypedSignup>; meant?: unknown; fault?: Fault; reference?: string | null },
): InboxView {
  const settings = settingsIn(config, typed)
  const fields = settings ? pairsOf(settings) : []
  return {
    ...faultsView(['email'], fault, reference),
    sender: fill(words.checkInbox.sender, { name: config.MAIL_FROM_NAME, address: config.MAIL_FROM }),
    subject: fill(words.emails.confirmation.subject, {
      site: nameInSubject({ name: config.SITE_NAME }),
    }),
    when: settings && whenText(settings, clock.now()),
    changePath: `/subscribe?${new URLSearchParams([...fields, ['change', '1']])}`,
    fields,
    meant: readMeant(meant),
    email: typed.email ?? '',
  }
}

function settingsIn(config: Config, typed: Partial<TypedSignup>): SubscriberSettings | null {
  if (!typed.hour || !typed.zone || !typed.days) return null
  return readOr(
    () => readTypedSettings(config, typed),
    () => null,
  )
}
