import type { Told } from '../told.ts'
import { eventsIn, type Fields, wordIn } from './fields.ts'
import { type Named, NOT_A_REPORT, tell, tellFailure } from './tell.ts'

/**
 * Transactional and marketing events, alone or as a list. https://developers.brevo.com/docs/transactional-webhooks
 * Throws report.unreadable.
 */
export const readBrevo = (raw: Uint8Array): Told[] => eventsIn(raw).map(readEvent)

function readEvent(event: Fields): Told {
  const named = namedIn(event)
  const said = wordIn(event.reason)
  // "hard_bounce" in one place of its documents, "hardBounce" in another.
  switch (wordIn(event.event).toLowerCase().replaceAll('_', '')) {
    case 'hardbounce':
    case 'invalidemail':
    case 'invalid':
      return tellFailure({ ...named, kind: 'hard', status: '', said })
    case 'softbounce':
      return tellFailure({ ...named, kind: 'soft', status: '', said })
    case 'blocked':
      return tell('policy', named, said)
    case 'error':
      return tellFailure({ ...named, kind: 'unsaid', status: '', said })
    case 'deferred':
      return tell('delayed', named, said)
    case 'spam':
    case 'complaint':
      return tell('complaint', named)
    case 'unsubscribed':
    case 'unsubscribe':
      return tell('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}

const namedIn = (event: Fields): Named => ({
  recipient: wordIn(event.email),
  about: { tokens: [], messageIds: [wordIn(event['message-id'])].filter(Boolean) },
})
