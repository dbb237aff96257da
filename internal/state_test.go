package internal_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
)

// mutablePackageState reports package-level variables that are assigned to, and those of a type that is meant to change. A sync.OnceValue
// always returns the same value, so it is allowed.
func mutablePackageState(sources []source) []string {
	packages := map[string][]source{} // by directory
	for _, s := range sources {
		if !s.test {
			packages[path.Dir(s.path)] = append(packages[path.Dir(s.path)], s)
		}
	}
	scopes := map[string]*types.Scope{}
	uses := map[*ast.Ident]types.Object{}
	for dir, files := range packages {
		scopes[dir] = resolve(files, uses)
	}

	var found []string
	for _, s := range sources {
		if s.test {
			continue
		}
		for _, name := range locksAndAtomics(s) {
			found = append(found, s.path+": package-level variable "+name+", which is meant to change")
		}
		for _, target := range assigned(s) {
			if variable, ok := uses[target]; ok && variable.Parent() == scopes[path.Dir(s.path)] {
				found = append(found, s.path+": package-level variable "+target.Name+" is changed")
			}
		}
	}
	return found
}

// resolve resolves the names in a package. Names of imported packages stay unknown, and the resulting errors are ignored.
func resolve(files []source, uses map[*ast.Ident]types.Object) *types.Scope {
	var syntax []*ast.File
	for _, s := range files {
		syntax = append(syntax, s.syntax)
	}
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	pkg, _ := config.Check(files[0].path, files[0].files, syntax, &types.Info{Uses: uses})
	return pkg.Scope()
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) {
	return nil, errors.New("imports are not followed")
}

// locksAndAtomics returns the package-level variables that are locks or atomics.
func locksAndAtomics(s source) []string {
	names := s.importNames()
	var found []string
	for _, spec := range packageVariables(s) {
		kind := spec.Type
		if indexed, ok := kind.(*ast.IndexExpr); ok { // atomic.Pointer[T]
			kind = indexed.X
		}
		selector, ok := kind.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		x, ok := selector.X.(*ast.Ident)
		if !ok {
			continue
		}
		if from := names[x.Name]; from != "sync" && from != "sync/atomic" {
			continue
		}
		for _, name := range spec.Names {
			found = append(found, fmt.Sprintf("%s is a %s.%s", name.Name, x.Name, selector.Sel.Name))
		}
	}
	return found
}

func packageVariables(s source) []*ast.ValueSpec {
	var specs []*ast.ValueSpec
	for _, decl := range s.syntax.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok {
				specs = append(specs, value)
			}
		}
	}
	return specs
}

// assigned returns the variables that a file assigns to, completely or in part.
func assigned(s source) []*ast.Ident {
	var found []*ast.Ident
	add := func(target ast.Expr) {
		if ident := rootOf(target); ident != nil {
			found = append(found, ident)
		}
	}
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				add(target)
			}
		case *ast.IncDecStmt:
			add(n.X)
		}
		return true
	})
	return found
}

// rootOf returns the variable x in x, x.field, x[i] and *x.
func rootOf(target ast.Expr) *ast.Ident {
	for {
		switch t := target.(type) {
		case *ast.Ident:
			return t
		case *ast.SelectorExpr:
			target = t.X
		case *ast.IndexExpr:
			target = t.X
		case *ast.StarExpr:
			target = t.X
		case *ast.ParenExpr:
			target = t.X
		default:
			return nil
		}
	}
}
