/** A rule by which the container that asks may read what a gate looks at. */
export interface GateRule {
  /** The namespace in which it may read; all of them if there is none. */
  readonly namespace?: string;
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}
