import type { TypedSettings } from '../../subscribers/settings.ts'

interface Settings extends Omit<TypedSettings, 'hour' | 'max'> {
  hour?: number
  max?: number
}

/** Settings of JSON as the flows read them; those that are not there stay out. */
export function settingsAsText({ hour, max, ...texts }: Settings): TypedSettings {
  return {
    ...texts,
    ...(hour !== undefined && { hour: String(hour) }),
    ...(max !== undefined && { max: String(max) }),
  }
}
