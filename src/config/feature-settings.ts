import type { z } from 'zod'
import type { Feature } from '../core/feature.ts'

/** The values of the settings of features, as Config has them. A feature adds its own by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: see above
export interface FeatureSettings {}

export interface FeatureSetting {
  name: keyof FeatureSettings
  /** Also takes undefined. Its message says what the setting takes. */
  takes: z.ZodType
  /** A secret may also be in a file: NAME_FILE. */
  isSecret?: boolean
  /** What is wrong with it next to the others, as they were typed. */
  faultBeside?(
    values: Readonly<Record<string, string | undefined>>,
  ): { names: string[]; what: string } | undefined
}

declare module '../core/feature.ts' {
  interface Feature {
    settings?: readonly FeatureSetting[]
  }
}

export const featureSettings = (features: readonly Feature[]): FeatureSetting[] =>
  features.flatMap(({ settings = [] }) => settings)

/** For z.object: what each of them takes. */
export const shapeOf = (settings: readonly FeatureSetting[]) =>
  Object.fromEntries(settings.map(({ name, takes }) => [name, takes])) as {
    [Name in keyof FeatureSettings]-?: z.ZodType<FeatureSettings[Name]>
  }
