import type { Source } from '../source.ts'
import { calendar } from './calendar.ts'
import { fetchDay, fetchPolicy } from './huggingface-client.ts'

/** Hugging Face Daily Papers: the papers that people submit on a day, with their votes. */
export const huggingface = {
  name: 'huggingface',
  title: 'Hugging Face',
  baseUrls: { HF_URL: 'https://huggingface.co' },
  calendar,
  fetchPolicy,
  fetchDay,
  probe: ({ HF_URL }, day) => `${HF_URL}/api/daily_papers?date=${day}&limit=1`,
} as const satisfies Source
