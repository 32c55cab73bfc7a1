// Finding a patient by name, birth date or record number.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Input, Label, SearchField } from "react-aria-components/SearchField";
import { Link } from "wouter";
import { keys } from "../api/keys.ts";
import { limits } from "../api/limits.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { queryWords } from "../ui/highlight.ts";
import { Highlighted } from "../ui/Highlighted.tsx";
import { Failed } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { useDebounced } from "../ui/useDebounced.ts";
import { conversationsHref } from "./hrefs.ts";

/** The API searches for words of at least so many characters. */
const SHORTEST_WORD = limits["search-patients"].q.minLength;

export function PatientSearch() {
  const { t, count, day } = useText();
  const { api } = useSession();
  const [typed, setTyped] = useState("");
  const q = useDebounced(typed.trim());
  const isSearch = queryWords(q).some((word) => word.length >= SHORTEST_WORD);
  const found = useQuery({
    queryKey: keys.patients(q),
    queryFn: ({ signal }) => api.searchPatients(q, signal),
    enabled: isSearch,
    placeholderData: keepPreviousData,
  });
  const patients = isSearch ? found.data?.items : undefined;
  return (
    <section className="page">
      <PageTitle>{t("place.patients")}</PageTitle>
      <SearchField className="search wide" value={typed} onChange={setTyped}>
        <Label>{t("patients.search")}</Label>
        <Input maxLength={limits.NewPatient.name.maxLength} autoComplete="off" spellCheck={false} />
      </SearchField>
      <p role="status">{patients && count("patients.found", patients.length)}</p>
      {found.error && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="cards">
        {patients?.map(({ id, name, birthDate, recordNumber }) => (
          <li key={id} className="card">
            <Link href={conversationsHref(id)} className="card-link">
              <Highlighted text={name} query={q} />
            </Link>
            <p>{t("patient.facts", { birthDate: day(birthDate), recordNumber })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
