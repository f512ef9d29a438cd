import type { Config } from '../../config.ts'
import { nameInSubject } from '../../emails/email.ts'
import { type CheckedSignup, readTypedSettings, type TypedSignup } from '../../flows/signup/read-signup.ts'
import { Fault } from '../../platform/errors.ts'
import { isProvider, meantDomain } from '../../subscribers/meant-domain.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'
import type { Deps } from '../../wiring.ts'
import { fill, words } from '../../words/words.ts'
import { type FaultsView, faultsView } from '../faults-view.ts'
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
  const query = new URLSearchParams(fieldsOf(wish))
  const meant = meantDomain(address.key.slice(address.key.lastIndexOf('@') + 1))
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
  const fields = settings ? fieldsOf(settings) : []
  return {
    ...faultsView(['email'], fault, reference),
    sender: fill(words.checkInbox.sender, { name: config.MAIL_FROM_NAME, address: config.MAIL_FROM }),
    subject: fill(words.emails.confirmation.subject, {
      site: nameInSubject({ name: config.SITE_NAME }),
    }),
    when: settings && whenText(settings, clock.now()),
    changePath: `/subscribe?${new URLSearchParams([...fields, ['change', '1']])}`,
    fields,
    meant: typeof meant === 'string' && isProvider(meant) ? meant : null,
    email: typed.email ?? '',
  }
}

const fieldsOf = (settings: SubscriberSettings): [string, string][] => [
  ['hour', String(settings.hour)],
  ['zone', settings.zone],
  ...settings.days.map((day): [string, string] => ['days', day]),
  ['max', String(settings.maxPapers)],
  ['format', settings.format],
  ['detail', settings.detail],
]

function settingsIn(config: Config, typed: Partial<TypedSignup>): SubscriberSettings | null {
  if (!typed.hour || !typed.zone || !typed.days) return null
  try {
    return readTypedSettings(config, typed)
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}
