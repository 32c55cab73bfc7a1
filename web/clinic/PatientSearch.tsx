// Finding a patient by name, birth date or record number.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Input, Label, SearchField } from "react-aria-components/SearchField";
import { Link } from "wouter";
import { useSession } from "../src/app/session.ts";
import { Marks } from "../src/components/Marks.tsx";
import { Failed, PageTitle } from "../src/components/ui.tsx";
import { keys } from "../src/data/cache.ts";
import { useSettled } from "../src/data/hooks.ts";
import { useText } from "../src/text/text.tsx";

export function PatientSearch({ hrefOf }: { hrefOf: (patientId: string) => string }) {
  const { t, count, day } = useText();
  const { api } = useSession();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const found = useQuery({
    queryKey: keys.patients(q),
    queryFn: ({ signal }) => api.searchPatients(q, signal),
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
  const patients = q === "" ? undefined : found.data?.items;
  return (
    <section className="page">
      <PageTitle>{t("place.patients")}</PageTitle>
      <SearchField className="search wide" value={typed} onChange={setTyped}>
        <Label>{t("patients.search")}</Label>
        <Input maxLength={200} autoComplete="off" spellCheck={false} />
      </SearchField>
      <p role="status">{patients && count("patients.found", patients.length)}</p>
      {found.error && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="cards">
        {patients?.map((patient) => (
          <li key={patient.id} className="card">
            <Link href={hrefOf(patient.id)} className="card-link">
              <Marks text={patient.name} query={q} />
            </Link>
            <p>{t("patient.facts", { birthDate: day(patient.birthDate), recordNumber: patient.recordNumber })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
