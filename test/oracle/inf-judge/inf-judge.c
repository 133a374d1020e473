/*
 * What setupapi says of INFs, a JSON object a line: every section with its lines, the install section that is taken, and
 * the files that it would copy, with where they come from. Nothing is copied: each copy is skipped when it is announced.
 * Arguments: a list of `inf<TAB>install section` lines in UTF-16, and the file to write.
 */
#include <windows.h>
#include <setupapi.h>
#include <stdio.h>
#include <wchar.h>

static FILE *out;
static BOOL is_first;

static void put_text(const WCHAR *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text < 0x7f && *text >= 0x20 && *text != '"' && *text != '\\') fputc(*text, out);
        else fprintf(out, "\\u%04x", *text);
    }
    fputc('"', out);
}

static void comma(void)
{
    if (!is_first) fputc(',', out);
    is_first = FALSE;
}

static void put_lines(HINF inf, const WCHAR *section)
{
    static WCHAR text[8192];
    LONG count = SetupGetLineCountW(inf, section);
    for (LONG at = 0; at < count; at++) {
        INFCONTEXT line;
        if (!SetupGetLineByIndexW(inf, section, at, &line)) continue;
        if (at > 0) fputc(',', out);
        fputc('[', out);
        DWORD fields = SetupGetFieldCount(&line);
        for (DWORD field = 0; field <= fields; field++) {
            if (field > 0) fputc(',', out);
            if (SetupGetStringFieldW(&line, field, text, 8192, NULL)) put_text(text);
            else fputs("null", out);
        }
        fputc(']', out);
    }
}

/* Folder of the file's disk, and its own on it: the queue puts all folders of a disk behind each other. */
static void put_place(HINF inf, const WCHAR *file)
{
    static WCHAR folder[8192], disk[8192];
    UINT id = 0;
    folder[0] = disk[0] = 0;
    if (!SetupGetSourceFileLocationW(inf, NULL, file, &id, folder, 8192, NULL)) {
        fputs("null,null", out);
        return;
    }
    SetupGetSourceInfoW(inf, id, SRCINFO_PATH, disk, 8192, NULL);
    put_text(disk);
    fputc(',', out);
    put_text(folder);
}

static UINT CALLBACK on_copy(PVOID context, UINT notification, UINT_PTR first, UINT_PTR second)
{
    (void)second;
    if (notification == SPFILENOTIFY_STARTQUEUE || notification == SPFILENOTIFY_STARTSUBQUEUE) return TRUE;
    if (notification == SPFILENOTIFY_NEEDMEDIA) return FILEOP_DOIT;
    if (notification != SPFILENOTIFY_STARTCOPY) return FILEOP_SKIP;
    const FILEPATHS_W *paths = (const FILEPATHS_W *)first;
    comma();
    fputc('[', out);
    put_text(paths->Source);
    fputc(',', out);
    put_text(paths->Target);
    fputc(',', out);
    put_place((HINF)context, wcsrchr(paths->Source, '\\') + 1);
    fputc(']', out);
    return FILEOP_SKIP;
}

static void put_inf(const WCHAR *path, const WCHAR *install)
{
    static WCHAR names[1 << 20], actual[8192], root[MAX_PATH];
    UINT error_line = 0;
    HINF inf = SetupOpenInfFileW(path, NULL, INF_STYLE_WIN4, &error_line);
    if (inf == INVALID_HANDLE_VALUE) {
        fprintf(out, "{\"error\":%lu}\n", GetLastError());
        return;
    }
    fputs("{\"sections\":{", out);
    is_first = TRUE;
    if (SetupEnumInfSectionsW(inf, 0, names, 1, NULL) || GetLastError() == ERROR_INSUFFICIENT_BUFFER) {
        for (UINT at = 0; SetupEnumInfSectionsW(inf, at, names, 8192, NULL); at++) {
            comma();
            put_text(names);
            fputs(":[", out);
            put_lines(inf, names);
            fputc(']', out);
        }
    }
    actual[0] = 0;
    SetupDiGetActualSectionToInstallW(inf, install, actual, 8192, NULL, NULL);
    fputs("},\"install\":", out);
    put_text(actual);
    lstrcpynW(root, path, MAX_PATH);
    *wcsrchr(root, '\\') = 0;
    fputs(",\"files\":[", out);
    is_first = TRUE;
    HSPFILEQ queue = SetupOpenFileQueue();
    if (SetupInstallFilesFromInfSectionW(inf, NULL, queue, actual, root, 0)) {
        SetupCommitFileQueueW(NULL, queue, on_copy, inf);
    }
    SetupCloseFileQueue(queue);
    fputs("]}\n", out);
    SetupCloseInfFile(inf);
}

int wmain(int count, WCHAR **words)
{
    static WCHAR line[8192];
    if (count != 3) return 2;
    FILE *list = _wfopen(words[1], L"rb, ccs=UTF-16LE");
    out = _wfopen(words[2], L"wb");
    if (list == NULL || out == NULL) return 1;
    while (fgetws(line, 8192, list) != NULL) {
        WCHAR *tab = wcschr(line, '\t');
        if (tab == NULL) continue;
        *tab = 0;
        tab[1 + wcscspn(tab + 1, L"\r\n")] = 0;
        put_inf(line, tab + 1);
    }
    fclose(out);
    return 0;
}
