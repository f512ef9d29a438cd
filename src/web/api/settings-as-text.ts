import type { TypedSettings } from '../../subscribers/settings.ts'

interface Settings extends Omit<TypedSettings, 'hour' | 'max'> {
  hour?: number
  max?: number
}

/** Turns settings from JSON into the text that the settings reader takes; absent settings stay absent. */
export function settingsAsText({ hour, max, ...texts }: Settings): TypedSettings {
  return {
    ...texts,
    ...(hour !== undefined && { hour: String(hour) }),
    ...(max !== undefined && { max: String(max) }),
  }
}
