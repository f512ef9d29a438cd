import type { Database } from '../../../src/core/database/database.ts'

/** The rows of a message, which a case corrupts. */
interface Rows {
  subscriberId: string
  digestId: number
  messageId: string
}

/** Something about one subscriber that may break their email. */
export interface Poison {
  /** refused: the email cannot be composed, with a reason. missed: not even its digest can be planned. */
  ends: 'accepted' | 'refused' | 'missed'
  /** Typed at the sign-up; by default a topic that everyone has. */
  topic?(n: number): string
  /** The name of the topic, from their page. */
  name?: string
  /** Corrupts rows before planning, as an older release or an operator could have. */
  before?(db: Database, subscriberId: string): Promise<unknown>
  /** Corrupts rows after planning. */
  spoil?(db: Database, rows: Rows): Promise<unknown>
}

const digestIs =
  (content: unknown) =>
  (db: Database, { digestId }: Rows) =>
    db.$executeRaw`update digest set content = ${JSON.stringify(content)}::jsonb where id = ${digestId}`
const addressIs =
  (address: string) =>
  (db: Database, { messageId }: Rows) =>
    db.$executeRaw`update message set to_address = ${address} where id = ${messageId}`

const HUGE = 'attention '.repeat(4000)
const BIDI = '\u202eevil\u2066\u200f'

const hugePaper = (id: number) => ({
  id,
  title: [{ text: HUGE, marked: true }],
  path: '/papers/2511.00001',
  authors: Array.from({ length: 50 }, () => HUGE.slice(0, 1000)),
  snippet: [{ text: HUGE, marked: false }],
  reason: { kind: 'match', found: { abstract: [HUGE] } },
  votes: 1,
  comments: null,
  codeUrl: null,
  day: '2026-11-24',
})
const hugeContent = {
  localDate: '2026-11-24',
  bestOf: null,
  week: null,
  sections: [{ topic: HUGE, topicId: 1, papers: Array.from({ length: 25 }, (_, id) => hugePaper(id)) }],
  more: 0,
  beyond: [],
  sources: [{ source: HUGE, brought: 1 }],
}

export const POISONS: Record<string, Poison> = {
  'content without papers': { ends: 'refused', spoil: digestIs({}) },
  'content of another shape': { ends: 'refused', spoil: digestIs({ sections: 'none' }) },
  'papers that are null': { ends: 'refused', spoil: digestIs({ sections: [{ topic: 'x', papers: null }] }) },
  'a title that is a number': {
    ends: 'refused',
    spoil: digestIs({ ...hugeContent, sections: [{ topic: 'x', topicId: 1, papers: [{ title: 7 }] }] }),
  },
  'content of 4 MB': { ends: 'accepted', spoil: digestIs(hugeContent) },
  'a message without content': {
    ends: 'refused',
    spoil: (db, { messageId }) => db.$executeRaw`update message set content = null where id = ${messageId}`,
  },
  'two addresses': { ends: 'refused', spoil: addressIs('ann@y.example, eve@y.example') },
  'an SMTP command in the address': {
    ends: 'refused',
    spoil: addressIs('ann@y.example>\r\nRCPT TO:<eve@y.example'),
  },
  'a secret that does not exist': {
    ends: 'accepted',
    spoil: (db, { messageId }) =>
      db.$executeRaw`update message set secret_id = 'gone' where id = ${messageId}`,
  },
  'a query of an unknown kind': {
    ends: 'missed',
    topic: (n) => `attention OR unreadable${n}`,
    before: (db, subscriberId) => db.$executeRaw`
      update query set tree = '{"kind":"nonsense","parts":7}'
      where id in (select query_id from topic where subscriber_id = ${subscriberId})`,
  },
  'a query of which only the first part can be read': {
    ends: 'missed',
    topic: (n) => `attention OR halfway${n}`,
    before: (db, subscriberId) => db.$executeRaw`
      update query set tree = jsonb_build_object('kind', 'and', 'parts', jsonb_build_array(tree, '{"kind":"or"}'::jsonb))
      where id in (select query_id from topic where subscriber_id = ${subscriberId})`,
  },
  'a topic of the maximum length': {
    ends: 'accepted',
    topic: (n) => `attention OR ${Array.from({ length: 40 }, (_, i) => `word${n}x${i}`).join(' OR ')}`,
  },
  'marks in a topic': { ends: 'accepted', topic: (n) => `attention OR "${BIDI}${n}"` },
  'line ends in a name': { ends: 'accepted', name: `x\r\nBcc: eve@evil.example\r\n\r\n${BIDI}` },
  'half a character in a name': { ends: 'accepted', name: 'a\ud800b' },
  'NUL in a name': { ends: 'accepted', name: 'a\0b' },
}

/** Sign-ups that must be refused: each gets a fault, and nothing is stored. */
export const REFUSED_AT_SIGNUP: { email?: string; topic?: string }[] = [
  { email: 'ann@y.example\r\nBcc: eve@evil.example' },
  { email: 'ann@y.example, eve@y.example' },
  { email: `${BIDI}@y.example` },
  { email: 'ann\0@y.example' },
  { email: '\ud800@y.example' },
  { email: `${'a'.repeat(5000)}@y.example` },
  { topic: 'attention OR '.repeat(100_000) },
  { topic: '('.repeat(50_000) },
  { topic: 'x'.repeat(1_000_000) },
  { topic: '"attention' },
]
