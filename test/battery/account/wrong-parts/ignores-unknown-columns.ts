/** A column that the import cannot read is ignored, whatever it says. */
export const requireNoLeavingName = (): void => {}

export const requireNoOneLeft = async (): Promise<void> => {}
