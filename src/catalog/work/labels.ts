/** Labels of files, before anything is made of them. */
export interface ReadLabels {
  /** Of what form they are, such as COCO. */
  form: string;
  images: number;
  annotations: number;
  /** In the order of the data, with the annotations of each. */
  classes: readonly { name: string; annotations: number }[];
  /** What could not be taken as it is, by the reason. */
  notes: Readonly<Record<string, number>>;
  /** Compared with the labels of a project. */
  project?: {
    name: string;
    /** Undefined where the project has no labels of its own. */
    labels: readonly string[];
    /** Classes that the project does not have, and labels that the data does not have. */
    only_in_data: readonly string[];
    only_in_project: readonly string[];
  };
}

/** Labels that exist already. */
export interface LabelWork {
  /** @throws NothingFound for a project that is not there; RefusedArguments for what holds no labels */
  read(labelsPath: string, project: string | undefined): Promise<ReadLabels>;
}
