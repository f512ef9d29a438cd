import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { cameBack } from './returns.ts'
import { NOW, type TestSite } from './site.ts'
import { addPapers } from './site-papers.ts'

/** Unique, so that a search through logs finds a leak. */
export const CANARY = 'canary-4711@reader.example'
export const OTHER = 'canary-4712@reader.example'

export interface ApiWorld {
  subscriberId: string
  otherId: string
  /** A confirmation that the server refused. */
  messageId: string
}

/** Papers of three days, an active subscriber, one who was asked by mail, and that mail, which was refused and came back. */
export async function apiWorld({ db, deps }: TestSite): Promise<ApiWorld> {
  await addPapers(db)
  const topics = ['attention', 'title:robots']
  await addSubscriber(deps, { email: CANARY, topics, consent: 'on paper' })
  await addSubscriber(deps, { email: OTHER, topics: [] })
  const { id: messageId, localDate } = await db.message.findFirstOrThrow()
  await db.message.updateMany({ where: { id: messageId }, data: { state: 'refused', reason: 'test' } })
  await db.attempt.create({
    data: { messageId, localDate, n: 1, at: NOW, outcome: 'refused', reply: '550 no' },
  })
  const subscriber = await db.subscriber.findFirstOrThrow({ where: { address: CANARY } })
  const other = await db.subscriber.findFirstOrThrow({ where: { address: OTHER } })
  await cameBack(db, NOW, { messageId, subscriberId: other.id })
  return { subscriberId: subscriber.id, otherId: other.id, messageId }
}

interface Sample {
  /** The path without its parameters, where they are not in `id`. */
  id?(world: ApiWorld): string
  query?: string
  body?: object
  status?: number
  /** Does something, and takes dryRun. */
  verb?: string
}

const ofSubscriber = ({ subscriberId }: ApiWorld) => subscriberId
const ofMessage = ({ messageId }: ApiWorld) => messageId

/** A good request to each operation, by its name in the document. */
export const SAMPLES: Record<string, Sample> = {
  listPapers: { query: '?q=attention&limit=2' },
  showPaper: { id: () => 'hep-th%2F9901001' },
  previewQuery: { body: { query: 'linear xylophone', days: 30, others: ['attention'] } },
  listSourceDays: { query: '?days=30' },
  subscribe: { body: { email: 'new@reader.example', topic: ['robots', 'vision'], hour: 9 }, status: 202 },
  listSubscribers: { query: '?state=active&limit=1' },
  findSubscriber: { body: { email: CANARY } },
  addSubscriber: {
    body: { email: 'third@reader.example', topics: ['robots'], hour: 20, days: ['mon'], consent: 'by phone' },
    status: 201,
    verb: 'subscribers add',
  },
  showSubscriber: { id: ofSubscriber },
  setSubscriber: {
    id: ofSubscriber,
    body: { hour: 18, max: 5, topics: [{ query: 'robots', name: 'Robots' }] },
    verb: 'subscribers set',
  },
  eraseSubscriber: { id: ofSubscriber, verb: 'subscribers erase' },
  explainSubscriber: { id: ofSubscriber, query: '?date=2026-11-24' },
  exportSubscriber: { id: ofSubscriber },
  pauseSubscriber: { id: ofSubscriber, body: { until: '2026-12-24' }, verb: 'subscribers pause' },
  resumeSubscriber: { id: ofSubscriber, verb: 'subscribers resume' },
  unsubscribeSubscriber: { id: ofSubscriber, verb: 'subscribers unsubscribe' },
  suppressSubscriber: { id: ofSubscriber, body: { reason: 'complaint' }, verb: 'subscribers suppress' },
  unsuppressSubscriber: { id: ofSubscriber, verb: 'subscribers unsuppress' },
  moveSubscriber: { id: ofSubscriber, body: { email: 'moved@reader.example' }, verb: 'subscribers move' },
  listTopics: { id: ofSubscriber },
  addTopic: { id: ofSubscriber, body: { query: 'vision' }, verb: 'topics add' },
  removeTopic: { id: ofSubscriber, body: { query: 'attention' }, verb: 'topics remove' },
  listMessages: { query: '?state=refused' },
  showMessage: { id: ofMessage },
  listReturns: { query: '?class=dead&limit=1' },
  retryMessage: { id: ofMessage, verb: 'messages retry' },
  showBooks: { query: '?date=2026-11-24' },
  showDelivery: {},
  pauseDelivery: { body: { reason: 'a test' }, verb: 'delivery pause' },
  resumeDelivery: { verb: 'delivery resume' },
  listActions: { query: '?limit=5' },
  listFigures: { query: '?from=2026-11-01&to=2026-11-24' },
  listSources: {},
}
