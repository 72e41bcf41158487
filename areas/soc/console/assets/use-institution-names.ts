import { useInstitutions } from '../shared/institutions.tsx';

/** The short name of an institution by its path; the path itself when it is not in sight. */
export function useInstitutionNames(): (tenant: string) => string {
  const institutions = useInstitutions();
  return (tenant) => {
    const found = institutions.data?.find((one) => one.tenant === tenant);
    return found === undefined ? tenant : found.shortName || found.name;
  };
}
