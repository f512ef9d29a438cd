/** A subscriber whose Tuesday is explained: her topic matches nothing. */
export const ANNA = 'anna@lab.example'
/** A subscriber who asks to be erased. */
export const BEN = 'ben.weber@lab.example'

const TOPICS = [
  'reasoning OR "chain of thought"',
  'diffusion -video',
  'agents',
  '"reinforcement learning"',
  'LLM votes>=20',
  'robot OR robotics',
  'benchmark title:multimodal',
  '"vision language"; segmentation',
  'speech OR audio',
  '',
]
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC']

/** A list as a lab keeps it, 300 good rows and five that are not. */
export function peopleCsv(): string {
  const rows = Array.from({ length: 298 }, (_, i) => [
    `reader${i + 1}@lab.example`,
    i % 60 === 59 ? 'unsubscribed' : 'active',
    TOPICS[i % TOPICS.length],
    i % 3 === 0 ? 8 : 6 + (i % 12),
    ZONES[i % ZONES.length],
    i % 7 === 0 ? 'mon,thu' : 'mon,tue,wed,thu,fri',
  ])
  rows.push([ANNA, 'active', '"lattice gauge theory"', 8, 'Europe/Berlin', 'mon,tue,wed,thu,fri'])
  rows.push([BEN, 'active', 'agents OR reasoning', 8, 'Europe/Berlin', 'mon,tue,wed,thu,fri'])
  const bad = [
    ['no-address', 'active', 'agents', 8, 'UTC', 'mon'],
    ['zone@lab.example', 'active', 'agents', 8, 'Berlin', 'mon'],
    ['hour@lab.example', 'active', 'agents', 25, 'UTC', 'mon'],
    ['query@lab.example', 'active', '(agents', 8, 'UTC', 'mon'],
    ['state@lab.example', 'subscribed', 'agents', 8, 'UTC', 'mon'],
  ]
  const head = 'email,state,topics,hour,zone,days,confirmed_at,confirmed_how'
  const lines = [...rows, ...bad].map((row) => [...row, '2025-06-02T09:00:00Z', 'form on paper'].map(quoted))
  return [head, ...lines.map((cells) => cells.join(','))].join('\n')
}

const quoted = (cell: string | number | undefined): string => `"${String(cell).replaceAll('"', '""')}"`
