/** Colours with a meaning, by name. */
export type Tone = 'neutral' | 'primary' | 'info' | 'success' | 'warning' | 'danger';
