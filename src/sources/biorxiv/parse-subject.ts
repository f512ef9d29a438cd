/** The values that https://api.biorxiv.org accepts for `category`, from https://www.biorxiv.org/alertsrss */
const SUBJECTS =
  `animal_behavior_and_cognition biochemistry bioengineering bioinformatics biophysics cancer_biology
  cell_biology clinical_trials developmental_biology ecology epidemiology evolutionary_biology genetics genomics
  immunology microbiology molecular_biology neuroscience paleontology pathology pharmacology_and_toxicology
  physiology plant_biology scientific_communication_and_education synthetic_biology systems_biology
  zoology`.split(/\s+/)

/** "cell-biology" and "Cell_Biology" as "cell_biology"; undefined for an unknown subject. */
export function parseSubject(section: string): string | undefined {
  const subject = section.toLowerCase().replaceAll('-', '_')
  return SUBJECTS.includes(subject) ? subject : undefined
}
