/**
 * What the promises do not need: a folder of src/features/ that may be deleted with its line in features/index.ts. Each
 * list that a feature may have is added to this interface beside the code that reads it, so that nothing imports upwards:
 * `declare module '../core/feature.ts' { interface Feature { operations?: … } }`. Entry points pass the features in.
 */
export interface Feature {
  /** Its folder. */
  name: string
}
