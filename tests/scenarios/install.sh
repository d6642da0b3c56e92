#!/usr/bin/env bash
# make install, and a program of ten lines that knows libforest by forest.h and pkg-config alone.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
root=$scratch/root

cat > "$scratch/ten.c" <<'END'
#include <forest.h>
#include <stdio.h>

int main(void) {
    static const char *const sizes[] = {"small", "large"}, *const packages[] = {"Business", "Now"};
    struct forest_feature size = {"size", FOREST_CATEGORICAL, 2, sizes};
    struct forest_schema schema = {1, &size, 2, packages};
    struct forest_dataset *rows;
    struct forest *forest;
    struct forest_params params;
    forest_params_init(&params);
    if (forest_dataset_new(&rows, &schema, NULL) != FOREST_OK ||
        forest_dataset_add(rows, (float[]){0, 1}, (uint16_t[]){0, 1}, (uint32_t[]){50, 50}, 2, NULL) != FOREST_OK ||
        forest_train(&forest, rows, &params, NULL) != FOREST_OK)
        return 1;
    puts(packages[forest_classify(forest, (float[]){1})]);
    forest_free(forest);
    forest_dataset_free(rows);
    return 0;
}
END

cat > "$scratch/trees.cpp" <<'END'
#include <forest.h>

int main() {
    forest_params params{};
    forest_params_init(&params);
    return params.trees == 100 ? 0 : 1;
}
END

install_it() {
    make -s -C "$(dirname "$0")/../.." BUILD="$build" DESTDIR="$root" PREFIX=/usr install
}

flags() {
    PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root/usr/lib/pkgconfig pkg-config "$@" forest
}

compile() { # OUTPUT PKG-CONFIG-OPTION...
    cc -std=c17 -Wall -Wextra -Werror -o "$scratch/$1" "$scratch/ten.c" $(flags --cflags --libs "${@:2}")
}

# C++ as far as the header is: linked without its library, which is not installed everywhere.
runs_in_cpp() {
    clang++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -c -o "$scratch/trees.o" "$scratch/trees.cpp" $(flags --cflags) &&
        cc -o "$scratch/trees" "$scratch/trees.o" $(flags --libs) && LD_LIBRARY_PATH=$root/usr/lib "$scratch/trees"
}

images_are() { # VERSION
    local tags
    tags=$(grep -rhoE '(leadforest-[a-z]+:|newTag: ")[0-9.]+' "$(dirname "$0")/../../deploy/kubernetes" | grep -oE '[0-9.]+$' | sort -u)
    [ "$tags" = "$1" ] || { echo "$tags"; return 1; }
}

says_now() {
    local said
    said=$(LD_LIBRARY_PATH=$root/usr/lib "$scratch/$1")
    [ "$said" = Now ] || { echo "said $said"; return 1; }
}

check "make install fills a folder" install_it
for file in bin/leadforest-api bin/leadforest-pipeline include/forest.h lib/libforest.a lib/libforest.so lib/pkgconfig/forest.pc; do
    check "$file is there" test -s "$root/usr/$file"
done
check "the library's version is that of its header" \
    grep -q "\"$(flags --modversion)\"" "$root/usr/include/forest.h"
check "and of the images that deploy/kubernetes asks for" images_are "$(flags --modversion)"
check "a program of ten lines compiles" compile shared
check "and tells the packages apart" says_now shared
check "the header is C++ too" runs_in_cpp
rm -f "$root"/usr/lib/libforest.so*
check "it links with the archive too" compile static --static
check "and says the same" says_now static
exit "$broken"
