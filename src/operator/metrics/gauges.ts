/**
 * A gauge that is read from the database, so every process reports the same value. Its full name has the prefix
 * `daily_papers_`.
 */
export interface GaugeDefinition {
  name: string
  help: string
  labels: string[]
}

const gauge = (name: string, help: string, ...labels: string[]): GaugeDefinition => ({ name, help, labels })

export const GAUGES: readonly GaugeDefinition[] = [
  gauge(
    'database_up',
    '1 where the database answered in time; else none of the gauges read from it are there.',
  ),
  gauge('database_size_bytes', 'Size of the database.'),
  gauge('subscribers', 'Subscribers by state, without those who were erased.', 'state'),
  gauge('topics', 'Topics of all subscribers.'),
  gauge(
    'open_messages',
    'Messages that may still be tried, by lane, kind and state.',
    'lane',
    'kind',
    'state',
  ),
  gauge('day_messages', 'Messages of the last 24 hours, by kind and state.', 'kind', 'state'),
  gauge(
    'day_returns',
    'What came back in the last 24 hours, by class and by the ten domains with the most, the others as one.',
    'class',
    'domain',
  ),
  gauge('waiting_reports', 'Reports that are not processed yet.'),
  gauge(
    'oldest_ready_message_timestamp_seconds',
    'Since when the oldest message that could go now waits.',
    'lane',
  ),
  gauge('leased_chunks', 'Chunks that a worker holds.', 'lane'),
  gauge('open_plans', 'Plans that are not closed.'),
  gauge('delivery_paused', '1 while delivery is paused.'),
  gauge(
    'paces',
    'Paces that limit mail: of what a server asked to slow down, of domains that are held, and 1 once the day of a new sending domain is used up.',
    'kind',
  ),
  gauge('sending_enabled', '0 with SENDING=off or without SMTP_URL, in the process that was asked.'),
  gauge('source_last_fetch_timestamp_seconds', 'When papers of a source last came in.', 'source'),
  gauge('source_day_state', '1 for the state of today (UTC) of each source.', 'source', 'state'),
  gauge('source_day_papers', 'Papers of today (UTC) by source.', 'source'),
  gauge('source_day_requests', 'Requests that today (UTC) took so far, by source.', 'source'),
  gauge(
    'source_late_papers',
    'Papers of the last two weeks that came after their day was closed, by source.',
    'source',
  ),
  gauge('notices', 'What the operator is told of and lasts, by kind.', 'kind'),
  gauge('notices_untold', 'Notices that no mail has told.'),
  gauge('last_tick_timestamp_seconds', 'The newest minute that a process with the role schedule claimed.'),
  gauge('queue_jobs', 'Nudges that wait, are worked on or wait to be tried again.', 'queue', 'state'),
]
